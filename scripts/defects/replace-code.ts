/**
 * The text with one piece of code replaced. White space and trailing commas do not matter, so that
 * a formatter may break lines as it likes.
 *
 * @param file named in the error
 * @throws when the code is not there exactly once
 * @example replaceCode('f(\n  a,\n  b,\n)', 'f(a, b)', 'g()', 'x.ts') // 'g()'
 */
export function replaceCode(text: string, from: string, to: string, file: string): string {
  const [units, wanted] = [significant(text), significant(from)]
  const code = join(units)
  const start = code.indexOf(join(wanted))
  if (start < 0) throw new Error(`The place of this seed is gone from ${file}: ${from}`)
  if (code.indexOf(join(wanted), start + 1) >= 0)
    throw new Error(`The place of this seed is there twice in ${file}: ${from}`)
  const first = units[start]?.at ?? 0
  const last = units[start + wanted.length - 1]?.at ?? 0
  return text.slice(0, first) + to + text.slice(last + 1)
}

interface Unit {
  at: number
  character: string
}

const join = (units: Unit[]) => units.map(({ character }) => character).join('')

function significant(text: string): Unit[] {
  const units: Unit[] = []
  for (const [at, character] of [...text.split('')].entries()) {
    if (/\s/.test(character)) continue
    if (/[)\]}]/.test(character) && units.at(-1)?.character === ',') units.pop()
    units.push({ at, character })
  }
  return units
}
