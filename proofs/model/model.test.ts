import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectWholeTrees } from '../../server/testing/data/trees.ts'
import { wrongUsage } from '../../server/testing/data/usage.ts'
import { effort, seed } from '../../server/testing/effort.ts'
import { newPerson } from '../../server/testing/person.ts'
import { startService, type TestService } from '../../server/testing/service.ts'
import type { Side, World } from './commands.ts'
import { emptyAccount } from './model.ts'
import { sequences } from './sequences.ts'

// The server beside the model: random sequences of all operations on tasks and lists by two users,
// and after every step both hold the same.

/** `npm run check -- model` sets it, for at least 5,000 steps. */
const runs = Number(process.env.MODEL_RUNS ?? effort({ usual: 20, long: 600 }))

let service: TestService
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(() => service.close())

test('random sequences leave the server and the model with the same tasks and lists', async () => {
  let steps = 0
  await fc.assert(
    fc.asyncProperty(sequences, async (sequence) => {
      const side = async (name: string): Promise<Side> => ({
        account: emptyAccount(),
        person: await newPerson(service.url, name),
        kept: [],
        copy: new Map(),
        seen: new Set(),
      })
      const world: World = [await side('ada'), await side('bob')]
      await fc.asyncModelRun(() => ({ model: world, real: {} }), sequence)
      steps += [...sequence].length
    }),
    { numRuns: runs, endOnFailure: true, ...seed },
  )
  process.stdout.write(`model: ${steps} steps in ${runs} sequences\n`)
  expect(steps).toBeGreaterThan(runs * 5)
  expect(await wrongUsage(service.database)).toEqual([])
  await expectWholeTrees(service)
}, 1_200_000)
