import type { List } from '@docket/sdk'

export type Color = List['color']

/** The colors of the contract, each as the class of a dot and as that of a picture. */
const CLASSES: Record<Color, [dot: string, picture: string]> = {
  gray: ['bg-stone-500', ''],
  red: ['bg-red-600', 'text-red-600 dark:text-red-400'],
  orange: ['bg-orange-600', 'text-orange-600 dark:text-orange-400'],
  yellow: ['bg-yellow-500', 'text-yellow-600 dark:text-yellow-400'],
  green: ['bg-green-600', 'text-green-600 dark:text-green-400'],
  teal: ['bg-teal-600', 'text-teal-600 dark:text-teal-400'],
  cyan: ['bg-cyan-600', 'text-cyan-600 dark:text-cyan-400'],
  blue: ['bg-blue-600', 'text-blue-600 dark:text-blue-400'],
  indigo: ['bg-indigo-600', 'text-indigo-600 dark:text-indigo-400'],
  violet: ['bg-violet-600', 'text-violet-600 dark:text-violet-400'],
  pink: ['bg-pink-600', 'text-pink-600 dark:text-pink-400'],
  brown: ['bg-amber-900 dark:bg-amber-700', 'text-amber-900 dark:text-amber-600'],
}
export const COLOR_NAMES = Object.keys(CLASSES) as Color[]
export const dotClass = (color: Color): string => CLASSES[color][0]
export const pictureClass = (color: Color): string => CLASSES[color][1]
