/** From the least to the greatest. */
export const PRIORITIES = ['none', 'low', 'medium', 'high'] as const
export type Priority = (typeof PRIORITIES)[number]

/** The priority of this name; `none` for any other. */
export const priorityOf = (name: string): Priority =>
  PRIORITIES.find((each) => each === name) ?? 'none'
