import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startService } from '../../server/testing/service.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('the journeys of workflows.arazzo.yaml run to their end', async () => {
  const { url } = await startService()
  const words = [
    'respect',
    'proofs/contract/workflows.arazzo.yaml',
    '--server',
    `docket=${url}`,
    '--input',
    `run=${Date.now()}`,
  ]
  // Not spawnSync: the server answers from this very process.
  const child = spawn(process.execPath, ['node_modules/@redocly/cli/bin/cli.js', ...words], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1' },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk
    })
  const code = await new Promise((resolve) => child.once('close', resolve))
  expect(output).toMatch(/Workflows: 6 passed, 6 total/)
  expect([code, output.match(/✗.*/g)]).toEqual([0, null])
}, 120_000)
