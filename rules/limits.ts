/**
 * Most code points of a title, a description, a label, and the name and description of a list, and
 * most labels of a task, as the contract has them (`proofs/contract/limits.test.ts`).
 */
export const LIMITS = {
  title: 500,
  description: 16_000,
  label: 60,
  labels: 20,
  listName: 100,
  listDescription: 1_000,
}

/** How deep subtasks go: a task without a parent is on the first level. */
export const LEVELS = 4
