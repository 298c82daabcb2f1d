/**
 * Most code points of a title, a description and a label, and most labels of a task, as the
 * contract has them (`proofs/contract/limits.test.ts`).
 */
export const LIMITS = { title: 200, description: 1_000, label: 60, labels: 20 }
