import { fold } from '../../rules/fold.ts'
import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Statements } from '../database/database.ts'
import { labels } from '../labels/fields.ts'
import { writeLabel } from '../labels/write-label.ts'
import { selectKind, walk } from '../resource/select.ts'
import type { Quota } from '../resource/write/quota.ts'

type Schemas = components['schemas']
type LabelColor = Schemas['LabelColor']

/**
 * Gives the labels of a file their colors. What has a color keeps it; what the quota has no room
 * for gets none.
 *
 * @returns how many got a color
 * @throws {ProblemError} 401 when the caller's session has ended
 */
export async function colorLabels(
  statements: Statements,
  caller: Caller,
  given: readonly Schemas['ImportedLabel'][],
  quota: Quota,
): Promise<number> {
  if (given.length === 0) return 0
  const known = new Set<string>()
  const parts = walk(
    (part) => selectKind<LabelColor>(statements, caller, labels, { ...part, trash: true }),
    ({ id }) => id,
  )
  for await (const part of parts) for (const { name } of part) known.add(fold(name))
  let colored = 0
  for (const { name, color } of given) {
    if (known.has(fold(name))) continue
    known.add(fold(name))
    const written = await writeLabel(statements, caller, name, { color }, undefined, quota)
    if (written?.outcome === 'done' && written.value.label) colored += 1
  }
  return colored
}
