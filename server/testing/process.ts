import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject, onTestFinished } from 'vitest'
import { copyDirectory } from './template.ts'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))
/** Characters of a server's output that are kept, from its end. */
const OUTPUT_KEPT = 1_000_000

export interface ServerProcess {
  url: string
  signal(name: NodeJS.Signals): void
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<number | null>
  output: () => string
}

/** An empty directory that is removed when the test is over. */
export function emptyDirectory(): string {
  return removedLater(mkdtempSync(join(tmpdir(), 'docket-test-')))
}

/** A migrated data directory that is removed when the test is over. */
export function dataDirectory(): string {
  return removedLater(copyDirectory(inject('embedded')))
}

function removedLater(directory: string): string {
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** What starts the server, with words for Node before its file. */
export function serverCommand(...words: string[]): [string, ...string[]] {
  return [process.execPath, ...words, MAIN]
}

function start(
  environment: Record<string, string>,
  [command, ...words]: [string, ...string[]] = serverCommand(),
): { child: ChildProcess; output: () => string; exit: Promise<number | null> } {
  // Nothing of the machine's own settings reaches the server, neither variables nor a `.env`, or a
  // developer's DATABASE_URL would.
  const child = spawn(command, words, {
    cwd: command === process.execPath ? tmpdir() : process.cwd(),
    env: {
      PATH: process.env.PATH,
      // As `npm start` has it.
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      text = `${text}${chunk}`.slice(-OUTPUT_KEPT)
    })
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exit
  })
  return { child, output: () => text, exit }
}

/** The server as a process of its own, listening. */
export async function startProcess(
  environment: Record<string, string>,
  command?: [string, ...string[]],
): Promise<ServerProcess> {
  const { child, output, exit } = start({ PORT: '0', RATE_LIMIT: 'off', ...environment }, command)
  const port = await new Promise<number>((resolve, reject) => {
    const look = () => {
      const line = /"port":(\d+).*"msg":"listening at/.exec(output())
      if (!line) return
      child.stdout?.off('data', look)
      resolve(Number(line[1]))
    }
    child.stdout?.on('data', look)
    void exit.then((code) => reject(new Error(`the server ended with ${code}: ${output()}`)))
  })
  return {
    url: `http://127.0.0.1:${port}`,
    output,
    signal: (name) => void child.kill(name),
    async end(signal) {
      child.kill(signal)
      return exit
    },
  }
}

/** A server that is expected to refuse to start: its exit code and what it printed. */
export async function startRefused(
  environment: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const { output, exit } = start({ PORT: '0', ...environment })
  return { code: await exit, output: output() }
}
