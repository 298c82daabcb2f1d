import { expect, test } from 'vitest'
import { endSampleWorld, sampleWorld } from '../../proofs/contract/sample-world.ts'
import { startService } from '../../server/testing/service.ts'
import { samples } from '../generate/samples.ts'
import { install, run, works } from './program.ts'

if (!works('curl', '--version')) install('curl')

test('the curl sample of each operation works as it is printed', async () => {
  const { url } = await startService()
  for (const [id, { curl }] of samples) {
    const { grant, task, list, session } = await sampleWorld(url, id)
    const variables = {
      ME: grant?.user.id,
      TOKEN: grant?.access_token,
      SESSION: grant?.session_token,
      TASK: task?.id,
      LIST: list?.id,
      SESSION_ID: session?.id,
    }
    const printed = await run(
      'bash',
      ['-e', '-u', '-c', curl.replace('curl ', 'curl --fail-with-body ')],
      { API: url, ...variables },
    )
    expect([id, printed.includes('"code"')]).toEqual([id, false])
    await endSampleWorld(url, id)
  }
}, 120_000)
