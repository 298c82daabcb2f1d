import type { Actions, Kind } from '../resource/bulk.ts'
import type { Quota } from '../resource/write/quota.ts'
import { labels } from './fields.ts'
import { type LabelResult, writeLabel } from './write-label.ts'

const kind: Kind = { resource: labels, missing: 'label_not_found', namedBy: 'name' }

/** What the operations of a bulk do with labels. */
export function labelActions(quota: Quota): Pick<Actions, 'color_label'> {
  return {
    color_label: {
      kind,
      body: '',
      async perform(statements, caller, { name, color }) {
        const written = await writeLabel(statements, caller, name, { color }, undefined, quota)
        if (written?.outcome !== 'done' || !written.value.label) return notDone(written)
        return { outcome: 'done', status: 200, value: written.value.label }
      },
    },
  }
}

/** Why a label has no colour afterwards. */
function notDone(written: LabelResult | undefined) {
  if (!written || written.outcome === 'missing' || written.outcome === 'refused') return written
  throw new Error(`A label that was given a colour has none: ${written.outcome}`)
}
