// npm run check -- defects: seeds known defects one by one in scratch copies and shows that a check
// goes red for each, for the right reason.
// First every check must be green on the copies as they are. With a word, only the defects that
// have it in their name.
import { execFile, execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHECKS, DEFECTS, type Seed, UNCHECKED } from './defects.ts'
import { replaceCode } from './replace-code.ts'

const tracked = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '-z'],
  { encoding: 'utf8' },
)
  .split('\0')
  .filter((file) => file !== '' && existsSync(file))

function scratchCopy(): string {
  const copy = mkdtempSync(join(tmpdir(), 'docket-defects-'))
  process.on('exit', () => rmSync(copy, { recursive: true, force: true }))
  for (const file of [...tracked, ...globSync('{web,docs}/dist')])
    cpSync(file, join(copy, file), { recursive: true })
  // As if the contract of today were the released one, whatever its version allows: what is seeded
  // is then the only change.
  cpSync(join(copy, 'openapi.yaml'), join(copy, 'proofs', 'contract', 'released.yaml'))
  for (const installed of globSync('{.,server,web,sdk}/node_modules'))
    symlinkSync(join(process.cwd(), installed), join(copy, installed), 'dir')
  return copy
}

// Three at a time: each check has seconds in which it only waits.
const copies = [scratchCopy(), scratchCopy(), scratchCopy()]

/** Does the work for each item, in whichever copy is free. */
async function inCopies<Item>(
  items: Iterable<Item>,
  work: (copy: string, item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items]
  await Promise.all(
    copies.map(async (copy) => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await work(copy, item)
    }),
  )
}

type Check = keyof typeof CHECKS

function run(copy: string, check: Check): Promise<{ red: boolean; output: string }> {
  const env = { ...process.env, NO_COLOR: '1', PROPERTY_SEED: '1' }
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      CHECKS[check],
      { cwd: copy, encoding: 'utf8', env, maxBuffer: 100_000_000 },
      (error, stdout, stderr) => resolve({ red: error !== null, output: stdout + stderr }),
    )
  })
}

/** Puts the seeds in, runs the check, and takes them out again. */
async function runSeeded(
  copy: string,
  seeds: Seed[],
  check: Check,
): Promise<{ red: boolean; output: string }> {
  const before = new Map(seeds.map(([file]) => [file, readFileSync(join(copy, file), 'utf8')]))
  try {
    for (const [file, from, to] of seeds) {
      const path = join(copy, file)
      writeFileSync(path, replaceCode(readFileSync(path, 'utf8'), from, to, file))
    }
  } catch (error) {
    return { red: false, output: `${(error as Error).message}\n` }
  }
  const result = await run(copy, check)
  for (const [file, text] of before) writeFileSync(join(copy, file), text)
  return result
}

let faults = 0
const say = (good: boolean, text: string) => {
  process.stdout.write(`${good ? '✓' : '✗'} ${text}\n`)
  if (!good) faults += 1
}
const chosen = DEFECTS.filter(({ what }) => what.includes(process.argv[2] ?? ''))
const checksOf = (defects: typeof DEFECTS) => new Set(defects.map(({ check }) => check))

await inCopies(checksOf(chosen), async (copy, check) => {
  const { red, output } = await run(copy, check)
  say(!red, `${check}: green without a defect`)
  if (red) process.stdout.write(output)
})
await inCopies(
  checksOf(chosen.filter(({ seeds }) => seeds.includes(UNCHECKED[0] as Seed))),
  async (copy, check) => {
    const { red, output } = await runSeeded(copy, UNCHECKED, check)
    say(!red, `${check}: green without the server's own checks, and without a defect`)
    if (red) process.stdout.write(output)
  },
)
await inCopies(faults > 0 ? [] : chosen, async (copy, { what, seeds, check, says }) => {
  const { red, output } = await runSeeded(copy, seeds, check)
  const line = output.split('\n').find((each) => says.test(each))
  say(
    red && says.test(output),
    `${what}: ${check} ${red ? 'goes red' : 'stays green'} ${line?.trim().slice(0, 150) ?? ''}`,
  )
  if (!red || !says.test(output)) process.stdout.write(output.slice(-6_000))
})
process.exit(faults > 0 ? 1 : 0)
