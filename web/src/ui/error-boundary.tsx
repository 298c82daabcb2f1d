import { Component, type ReactNode } from 'react'

interface Props {
  children: ReactNode
  /**
   * What is shown in place of a part that has a fault or could not be loaded; everything else of
   * the page stays.
   */
  fallback: ReactNode
  /** Once this is another value, the part is tried again. */
  resetKey?: unknown
}

export class ErrorBoundary extends Component<Props, { hasFailed: boolean }> {
  override state = { hasFailed: false }

  static getDerivedStateFromError() {
    return { hasFailed: true }
  }

  override componentDidUpdate(before: Props) {
    if (this.state.hasFailed && before.resetKey !== this.props.resetKey)
      this.setState({ hasFailed: false })
  }

  override render() {
    return this.state.hasFailed ? this.props.fallback : this.props.children
  }
}

/** Says that a part is not there, and how to get on. */
export function PartFailed({ close }: { close?: () => void }) {
  return (
    <div role="alert" className="alert">
      <p>Something went wrong here. Your changes are safe on this device.</p>
      <div className="mt-2 flex flex-wrap gap-2">
        <button type="button" className="outlined" onClick={() => window.location.reload()}>
          Reload
        </button>
        {close && (
          <button type="button" className="quiet" onClick={close}>
            Close
          </button>
        )}
      </div>
    </div>
  )
}
