/**
 * A text of digits between two others, in the order of their characters: where the manual order shows a task that was moved, until the server
 * has given it its `position`.
 *
 * @param low the one before; undefined: at the top
 * @param high the one after; undefined: at the bottom
 * @example between('5', '6') // '55'
 */
export function between(low: string | undefined, high: string | undefined): string {
  const digits = Math.max(low?.length ?? 0, high?.length ?? 0) + 1
  const value = (text: string) => BigInt(text.padEnd(digits, '0'))
  const least = low === undefined ? 0n : value(low)
  const most = high === undefined ? 10n ** BigInt(digits) : value(high)
  return String((least + most) / 2n).padStart(digits, '0')
}
