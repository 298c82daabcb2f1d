import { type ChildProcess, spawn } from 'node:child_process'
import { onTestFinished } from 'vitest'
import { install, works } from './program.ts'

/** A Redis at this port that keeps nothing, for one test. */
export async function startRedis(port: number): Promise<ChildProcess> {
  if (!works('redis-server', '--version')) install('redis-server')
  const redis = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  onTestFinished(() => void redis.kill('SIGKILL'))
  await new Promise<void>((resolve) =>
    redis.stdout.on(
      'data',
      (chunk) => String(chunk).includes('Ready to accept connections') && resolve(),
    ),
  )
  return redis
}
