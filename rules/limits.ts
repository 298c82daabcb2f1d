/**
 * Most code points of a title, a description, a label and the name of a list, and most labels of a
 * task, as the contract has them (`proofs/contract/limits.test.ts`).
 */
export const LIMITS = { title: 200, description: 1_000, label: 60, labels: 20, listName: 100 }
