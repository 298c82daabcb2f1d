import type { LabelColor, Operation } from '@docket/sdk'
import { fold } from '../../../../rules/fold.ts'
import type { Copy } from './operations.ts'

export type LabelOperation = Extract<Operation, { action: `${string}_label` }>
export type Labels = Map<string, LabelColor>

export const isOfLabel = (operation: Operation): operation is LabelOperation =>
  operation.action.endsWith('_label')

/** What stands for the id of a label, which has none of its own. */
export const keyOfLabel = (name: string): string => `label ${fold(name)}`

/** The colors of labels by their keys; made when first asked for. */
const colors = new WeakMap<ReadonlyMap<string, LabelColor>, Map<string, LabelColor>>()

function byKey(labels: ReadonlyMap<string, LabelColor>): Map<string, LabelColor> {
  let found = colors.get(labels)
  if (!found) {
    found = new Map([...labels.values()].map((label) => [fold(label.name), label]))
    colors.set(labels, found)
  }
  return found
}

/** The color of a label, in any spelling. */
export const colorOf = (
  labels: ReadonlyMap<string, LabelColor>,
  name: string,
): LabelColor['color'] => byKey(labels).get(fold(name))?.color ?? 'gray'

/** Applies to the colors on this device what the server will do. */
export function applyToLabel(
  { labels }: Copy,
  { name, color }: LabelOperation,
  { at, userId }: { at: string; userId: string },
): void {
  const known = byKey(labels).get(fold(name))
  const id = known?.id ?? keyOfLabel(name)
  colors.delete(labels)
  if (color === 'gray') {
    labels.delete(id)
    return
  }
  const began = { id, user_id: userId, name, created_at: at, etag: '' }
  labels.set(id, { ...began, ...known, color, updated_at: at })
}

/** What takes an operation back. */
export const inverseOfLabel = (
  { labels }: Copy,
  { action, name }: LabelOperation,
): LabelOperation => ({ action, name, color: colorOf(labels, name) })
