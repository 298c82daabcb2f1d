// npm run check -- house: boundaries between folders, the size of lines, files and folders, casts,
// and the words of the README.
// Prints each measure with its limit, and what is beyond it.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { brokenBoundaries } from './house/boundaries.ts'

const MAX_COLUMNS = 100
const MAX_LINES = 200
const MAX_FILES = 14

/** How many may be beyond each measure. They may only fall. */
const LIMITS = {
  'broken boundaries': 0,
  'lines over 100 columns': 0,
  'files over 200 lines': 63,
  'folders over 14 files': 0,
  'casts in server': 27,
  'casts in web': 20,
  'casts in sdk': 8,
  'words of the README over 700': 0,
}

const isTest = (file: string) => /\.(test|e2e)\.tsx?$/.test(file)

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !file.endsWith('.gen.ts'))
  .filter((file) => /^(rules|sdk|server|web|proofs|scripts)\//.test(file) && existsSync(file))
const text = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]))
/** Tests stand beside what they test, and are counted apart. */
const folders = Object.entries(
  Object.groupBy(files, (file) => posix.dirname(file) + (isTest(file) ? ', tests' : '')),
)

const longLines = [...text].flatMap(([file, content]) =>
  content
    .split('\n')
    .flatMap((line, index) => (line.length > MAX_COLUMNS ? [`${file}:${index + 1}`] : [])),
)
const longFiles = [...text].flatMap(([file, content]) => {
  const lines = content.split('\n').length - 1
  return lines > MAX_LINES ? [`${file} (${lines})`] : []
})
const fullFolders = folders.flatMap(([folder, members = []]) =>
  members.length > MAX_FILES ? [`${folder} (${members.length})`] : [],
)
const castsIn = (folder: string) =>
  [...text].flatMap(([file, content]) => {
    if (!file.startsWith(`${folder}/`) || isTest(file)) return []
    const code = content.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$|`[^`]*`|'[^'\n]*'/gm, '')
    // Of a mapped type: `[K in keyof T as ...]`.
    const remapped = code.match(/\bin keyof \w+ as /g) ?? []
    const casts = code.match(/\bas (?!const\b)(?=[A-Za-z{[(])/g) ?? []
    const renames = code.match(/(?:import|export)[^;]*?\{[^}]*\}|\* as /g) ?? []
    const renamed = renames.join(' ').match(/\bas (?!const\b)(?=[A-Za-z])/g) ?? []
    return Array<string>(Math.max(0, casts.length - renamed.length - remapped.length)).fill(file)
  })
const readmeWords = readFileSync('README.md', 'utf8').split(/\s+/).filter(Boolean).length

const found: Record<keyof typeof LIMITS, string[]> = {
  'broken boundaries': brokenBoundaries(files),
  'lines over 100 columns': longLines,
  'files over 200 lines': longFiles,
  'folders over 14 files': fullFolders,
  'casts in server': castsIn('server'),
  'casts in web': castsIn('web/src'),
  'casts in sdk': castsIn('sdk'),
  'words of the README over 700': Array<string>(Math.max(0, readmeWords - 700)).fill('README.md'),
}

let isGood = true
for (const [measure, limit] of Object.entries(LIMITS)) {
  const beyond = found[measure as keyof typeof LIMITS]
  process.stdout.write(`${measure.padEnd(30)} ${String(beyond.length).padStart(5)} of ${limit}\n`)
  if (beyond.length <= limit) continue
  isGood = false
  for (const each of new Set(beyond)) process.stdout.write(`  ${each}\n`)
}
process.exit(isGood ? 0 : 1)
