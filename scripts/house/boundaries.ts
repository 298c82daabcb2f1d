import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { ALLOWED, ANYTHING } from './allowed-imports.ts'

const IMPORT =
  /^(?:import|export)\b[^'"]*?\bfrom '([^']+)'|\bimport\('([^']+)'\)|^import '([^']+)'/gm
const isTest = (file: string) => /\.(test|e2e)\.tsx?$/.test(file)

/** Imports that the table does not allow, and folders without a row. */
export function brokenBoundaries(files: string[]): string[] {
  return files.flatMap((file) => {
    const folder = posix.dirname(file)
    const allowed = ALLOWED[file] ?? ALLOWED[folder]
    if (!allowed) return [`${folder} has no row in the table of boundaries`]
    if (isTest(file) || allowed.includes(ANYTHING)) return []
    const own = file in ALLOWED ? undefined : folder
    return importsOf(file)
      .filter((target) => !isAllowed(target, own, allowed))
      .map((target) => `${file} imports ${target}`)
  })
}

function isAllowed(target: string, own: string | undefined, allowed: string[]): boolean {
  const folder = posix.dirname(target)
  return (
    folder === own || allowed.includes(target) || (target.includes('.') && allowed.includes(folder))
  )
}

/** Files of the repository by their paths, packages by their names; Node's own are left out. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(IMPORT)].flatMap(([, ...specifiers]) => {
    const specifier = specifiers.find((each) => each !== undefined) as string
    if (specifier.startsWith('.')) return posix.join(posix.dirname(file), specifier)
    if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return []
    return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  })
}
