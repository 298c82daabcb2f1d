import { onRemembered, remembered } from './device.ts'

const isDark = window.matchMedia('(prefers-color-scheme: dark)')

/** Shows the page light or dark: as the person chose, or as the device is. */
export function applyTheme(): void {
  const chosen = remembered('theme')
  const theme = chosen === 'system' ? (isDark.matches ? 'dark' : 'light') : chosen
  document.documentElement.dataset.theme = theme
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', theme === 'dark' ? '#0c0a09' : '#fafaf9')
}

export function followTheme(): void {
  applyTheme()
  isDark.addEventListener('change', applyTheme)
  onRemembered('theme', applyTheme)
}
