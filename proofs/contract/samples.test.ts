import { afterAll, beforeAll, expect, test } from 'vitest'
import { samples } from '../../scripts/generate/samples.ts'
import { startService, type TestService } from '../../server/testing/service.ts'
import { endSampleWorld, sampleWorld } from './sample-world.ts'

let service: TestService
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(() => service.close())

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
  ...words: string[]
) => (...values: unknown[]) => Promise<void>

test.each([...samples].map(([id, { typescript }]) => ({ id, typescript })))(
  'the TypeScript sample of $id does what it says',
  async ({ id, typescript }) => {
    const { docket, task, list, session } = await sampleWorld(service.url, id)
    const printed: unknown[] = []
    await new AsyncFunction('docket', 'task', 'list', 'session', 'console', typescript)(
      docket,
      task,
      list,
      session,
      { log: (value: unknown) => printed.push(value) },
    )
    expect(printed).toEqual(typescript.startsWith('console.log') ? [expect.anything()] : [])
    await endSampleWorld(service.url, id)
  },
)
