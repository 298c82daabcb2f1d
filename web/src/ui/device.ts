import type { BrowserUser } from '@docket/sdk'

/** Who was signed in here last, so that the app opens without the network. */
export type Person = Pick<BrowserUser, 'id' | 'email' | 'name'>

/** `system`: as the device is. */
export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

/** What is remembered on this device besides the tasks. Never a token or a password. */
interface Remembered {
  person: Person | null
  theme: Theme
  /** Whether single keys do something (WCAG 2.2, 2.1.4). */
  singleKeys: boolean
  /** The ids of the tasks whose subtasks are hidden. */
  folded: readonly string[]
}

const DEFAULTS: Remembered = { person: null, theme: 'system', singleKeys: true, folded: [] }
const nameOf = (what: keyof Remembered) => `docket:${what}`

export function remembered<What extends keyof Remembered>(what: What): Remembered[What] {
  try {
    return JSON.parse(localStorage.getItem(nameOf(what)) ?? 'null') ?? DEFAULTS[what]
  } catch {
    return DEFAULTS[what]
  }
}

export function remember<What extends keyof Remembered>(what: What, value: Remembered[What]): void {
  if (value === DEFAULTS[what]) localStorage.removeItem(nameOf(what))
  else localStorage.setItem(nameOf(what), JSON.stringify(value))
  // The browser tells the other tabs only.
  window.dispatchEvent(new StorageEvent('storage', { key: nameOf(what) }))
}

/** Hears of what this tab or another has come to remember. */
export function onRemembered(what: keyof Remembered, onChange: () => void): () => void {
  const listener = ({ key }: StorageEvent) => key === nameOf(what) && onChange()
  window.addEventListener('storage', listener)
  return () => window.removeEventListener('storage', listener)
}
