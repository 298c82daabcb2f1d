/** Milliseconds after which no click can follow a press any more. */
const PRESS_MS = 400

/**
 * Runs once the press that took the focus has become a click. What changes its place between press
 * and release would not get the click; and on a touch screen the focus goes only just before it.
 */
export function afterPress(run: () => void): void {
  const over = new AbortController()
  const end = () => {
    over.abort()
    clearTimeout(timer)
    run()
  }
  const timer = setTimeout(end, PRESS_MS)
  window.addEventListener('click', () => setTimeout(end), { signal: over.signal, capture: true })
}
