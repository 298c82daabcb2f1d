import type { List } from '@docket/sdk'
import { COLORS } from './lists.ts'

/** The colour of a list, beside its name. */
export function ListDot({ color }: Pick<List, 'color'>) {
  return <span aria-hidden="true" className={`size-2.5 shrink-0 rounded-full ${COLORS[color]}`} />
}
