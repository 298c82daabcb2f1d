import type { Actions, Kind } from '../resource/bulk.ts'
import type { Quota } from '../resource/write/quota.ts'
import { labels } from './fields.ts'
import { writeLabel } from './write-label.ts'

const kind: Kind = { resource: labels, missing: 'label_not_found', namedBy: 'name' }

/** What the operations of a bulk do with labels. */
export function labelActions(quota: Quota): Pick<Actions, 'color_label'> {
  return {
    color_label: {
      kind,
      body: '',
      async perform(statements, caller, { name, color }) {
        const written = await writeLabel(statements, caller, name, { color }, undefined, quota)
        switch (written?.outcome) {
          case 'replayed':
          case 'key_reused':
            throw new Error('An operation of a bulk has no key of its own')
          case 'done':
            return { outcome: 'done', status: 200, value: written.value.label }
          default:
            return written
        }
      },
    },
  }
}
