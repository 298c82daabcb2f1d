import { afterAll } from 'vitest'
import { writeRecords } from './record-responses.ts'

// Runs before each test file.
afterAll(writeRecords)
