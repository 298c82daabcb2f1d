import type { List } from '@docket/sdk'

/** The lists that tasks can be put into, in their order; archived ones last. */
export const openLists = (lists: ReadonlyMap<string, List>): List[] =>
  [...lists.values()]
    .filter(({ trashed_at }) => trashed_at === null)
    .sort((a, b) => Number(a.archived) - Number(b.archived) || (a.position < b.position ? -1 : 1))

/** The lists in the trash, the latest first. */
export const trashedLists = (lists: ReadonlyMap<string, List>): List[] =>
  [...lists.values()]
    .filter(({ trashed_at }) => trashed_at !== null)
    .sort((a, b) => ((a.trashed_at ?? '') < (b.trashed_at ?? '') ? 1 : -1))

export const pathOfList = ({ id }: Pick<List, 'id'>) => `/lists/${id}`

/** The colours of the contract, each as the class of a dot. */
export const COLORS: Record<List['color'], string> = {
  gray: 'bg-stone-500',
  red: 'bg-red-600',
  orange: 'bg-orange-600',
  yellow: 'bg-yellow-500',
  green: 'bg-green-600',
  teal: 'bg-teal-600',
  cyan: 'bg-cyan-600',
  blue: 'bg-blue-600',
  indigo: 'bg-indigo-600',
  violet: 'bg-violet-600',
  pink: 'bg-pink-600',
  brown: 'bg-amber-900',
}
export const COLOR_NAMES = Object.keys(COLORS) as List['color'][]
