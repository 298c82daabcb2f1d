/** Milliseconds after which no click can follow a press any more. */
const PRESS_MS = 400

/**
 * Runs after the press that moved the focus has become a click. An element that moves between press
 * and release would not get the click. On a touch screen the focus changes only just before the
 * click.
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
