// npm run bench -- versions <commit> [rounds]: this server beside that of an earlier commit, each
// on a database of its own, in turns, in one run. Prints the requests that it serves in a second,
// as a ratio to those of the earlier one.
import { spawnSync } from 'node:child_process'
import { Console } from 'node:console'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CONNECTIONS, closedLoop } from './load.ts'
import { median } from './median.ts'
import { docket, NODE, openServers, type Running, settings, settled } from './servers.ts'
import { WORK, type Works } from './user.ts'

const [commit, rounds = '12'] = process.argv.slice(2)
if (!commit) throw new Error('Which commit? npm run bench -- versions <commit> [rounds]')
const ROUNDS = Number(rounds)
/** Rounds that are not counted, and seconds of a turn. */
const [WARM_UP, TURN] = [3, 1]

const tree = mkdtempSync(join(tmpdir(), 'docket-versions-'))
const [now, before] = [await openServers('docket_now'), await openServers('docket_before')]
try {
  run('git', ['worktree', 'add', '--detach', '--force', tree, commit], '.')
  // Its own packages: other versions may be named there.
  run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], tree)
  run(NODE, ['scripts/build.ts'], tree)
  const sides = [
    await sideOf('now', process.cwd(), await now.start(docket(), settings)),
    await sideOf(
      'before',
      tree,
      await before.start([NODE, join(tree, 'server/main.ts')], settings),
    ),
  ]
  const rows = []
  for (const work of WORK) {
    const rates: Record<string, number[]> = { now: [], before: [] }
    for (let round = -WARM_UP; round < ROUNDS; round += 1)
      for (const { name, running, works } of round % 2 === 0 ? sides : sides.toReversed()) {
        const { rate } = await closedLoop(running.url, works[work], CONNECTIONS, TURN)
        await settled(running.child)
        if (round >= 0) rates[name]?.push(rate)
      }
    const ratios = (rates.now ?? []).map((rate, round) => rate / (rates.before?.[round] ?? 1))
    rows.push({
      work,
      ratio: round2(median(ratios)),
      least: round2(Math.min(...ratios)),
      most: round2(Math.max(...ratios)),
      'requests/s': Math.round(median(rates.now ?? [])),
    })
  }
  new Console(process.stdout).table(rows)
} finally {
  await Promise.all([now.close(), before.close()])
  spawnSync('git', ['worktree', 'remove', '--force', tree])
  rmSync(tree, { recursive: true, force: true })
}

/** A server with a user, whom the SDK of the same commit signs up. */
async function sideOf(
  name: string,
  root: string,
  running: Running,
): Promise<{ name: string; running: Running; works: Works }> {
  const { href } = pathToFileURL(join(root, 'scripts/bench/user.ts'))
  const { newUser }: typeof import('./user.ts') = await import(href)
  return { name, running, works: (await newUser(running.url)).works }
}

function run(command: string, words: string[], cwd: string): void {
  const { status, error } = spawnSync(command, words, { cwd, stdio: ['ignore', 2, 2] })
  if (status !== 0) throw error ?? new Error(`${command} ${words.join(' ')} ended with ${status}`)
}

function round2(value: number): number {
  return Math.round(value * 100) / 100
}
