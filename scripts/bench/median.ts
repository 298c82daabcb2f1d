/**
 * The value in the middle, or between the two in the middle. @example median([4, 1, 3, 2]) // 2.5
 */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = (sorted.length - 1) / 2
  return ((sorted[Math.floor(half)] as number) + (sorted[Math.ceil(half)] as number)) / 2
}
