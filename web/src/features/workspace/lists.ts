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
