import type { Input } from '@docket/sdk'

export interface View {
  /** Its address. */
  path: string
  title: string
  /** What a person reads where nothing is in it. */
  empty: string
  query: () => Input<'listTasks'>
}

/** `2026-12-01`, by the clock of the person, so many days from now. */
export function dayFromToday(days: number): string {
  const day = new Date()
  day.setDate(day.getDate() + days)
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, '0')).join('-')
}

export const VIEWS: View[] = [
  { path: '/', title: 'Inbox', empty: 'Nothing to do. Write your first task above.', query: () => ({ completed: false, sort: '-created_at' }) },
  { path: '/today', title: 'Today', empty: 'Nothing is due today.', query: () => ({ completed: false, due_before: dayFromToday(1), sort: 'due' }) },
  { path: '/upcoming', title: 'Upcoming', empty: 'Nothing is due later on.', query: () => ({ completed: false, due_after: dayFromToday(0), sort: 'due' }) },
  { path: '/done', title: 'Done', empty: 'Nothing is done yet.', query: () => ({ completed: true, sort: '-updated_at' }) },
  { path: '/trash', title: 'Trash', empty: 'The trash is empty.', query: () => ({ trashed: true, sort: '-updated_at' }) },
]
