import { fold } from '../../rules/fold.ts'
import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Statements } from '../database/database.ts'
import { labels } from '../labels/fields.ts'
import { writeLabel } from '../labels/write-label.ts'
import type { Quota } from '../resource/write/quota.ts'
import { selectKind } from './export-store.ts'
import { walk } from './walk.ts'

type Schemas = components['schemas']
type LabelColor = Schemas['LabelColor']

/**
 * Gives the labels of a file their colours. What has a colour keeps it; what the quota has no room
 * for gets none.
 *
 * @throws {ProblemError} 401 when the caller's session has ended
 */
export async function colorLabels(
  statements: Statements,
  caller: Caller,
  given: readonly Schemas['ImportedLabel'][],
  quota: Quota,
): Promise<void> {
  if (given.length === 0) return
  const colored = new Set<string>()
  const parts = walk(
    (part) => selectKind<LabelColor>(statements, caller, labels, { ...part, trash: true }),
    ({ id }) => id,
  )
  for await (const part of parts) for (const { name } of part) colored.add(fold(name))
  for (const { name, color } of given)
    if (!colored.has(fold(name))) {
      colored.add(fold(name))
      await writeLabel(statements, caller, name, { color }, undefined, quota)
    }
}
