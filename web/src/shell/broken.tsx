import { Component, type ReactNode } from 'react'

/** What is shown in place of a part that could not be loaded, or that has a fault; everything else of the page stays. */
export class Broken extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {}

  static getDerivedStateFromError(error: Error) {
    return { error }
  }

  override render() {
    if (!this.state.error) return this.props.children
    return (
      <div role="alert" className="alert">
        <p>This part of the page could not be shown. Nothing you did is lost: it is kept on this device.</p>
        <button type="button" className="outlined mt-2" onClick={() => window.location.reload()}>
          Load the page again
        </button>
      </div>
    )
  }
}
