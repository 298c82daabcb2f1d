import { onRemembered, remembered } from '../ui/device.ts'

const isDark = window.matchMedia('(prefers-color-scheme: dark)')

/** Shows the page light or dark: as the person chose, or as the device is. */
export function followTheme(): void {
  apply()
  isDark.addEventListener('change', apply)
  onRemembered('theme', apply)
}

function apply(): void {
  const chosen = remembered('theme')
  const theme = chosen === 'system' ? (isDark.matches ? 'dark' : 'light') : chosen
  document.documentElement.dataset.theme = theme
  document
    .querySelector('meta[name="theme-color"]')
    ?.setAttribute('content', theme === 'dark' ? '#0c0a09' : '#fafaf9')
}
