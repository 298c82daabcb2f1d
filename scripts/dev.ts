// npm run dev: the server, restarted when a file of it changes, and the web app on Vite. `npm run
// dev -- mock`: the web app on the mock.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

if (existsSync('.env')) process.loadEnvFile()

const mock = process.argv[2] === 'mock'
const address = mock
  ? `http://127.0.0.1:${process.env.MOCK_PORT ?? 4010}`
  : `http://127.0.0.1:${process.env.PORT ?? 8000}`
const behind = mock
  ? ['scripts/mock.ts']
  : ['--watch-path=server', '--watch-path=openapi.yaml', 'server/main.ts']
const children = [
  spawn(process.execPath, behind, { stdio: 'inherit' }),
  spawn(
    process.execPath,
    [
      'node_modules/vite/bin/vite.js',
      'web',
      '--clearScreen',
      'false',
      ...(process.env.WEB_PORT ? ['--port', process.env.WEB_PORT, '--strictPort'] : []),
    ],
    { stdio: 'inherit', env: { ...process.env, DOCKET_API: address } },
  ),
]
const stop = () => {
  for (const child of children) child.kill('SIGTERM')
}
for (const child of children) child.on('exit', stop)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
