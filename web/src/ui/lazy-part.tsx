import { type ComponentType, lazy, type ReactNode, Suspense } from 'react'
import { ErrorBoundary, PartFailed } from './error-boundary.tsx'

interface Options<Props> {
  /** What is shown until it is loaded. */
  loading?: (props: Props) => ReactNode
  /** What is shown where it could not be loaded, or has a fault. */
  failed?: (props: Props) => ReactNode
}

/**
 * A part of the page that is loaded when it is first shown. Where that fails, or where it has a
 * fault, only this part is missing. Browsers remember a module that they could not load, so that
 * only the page loaded anew tries again.
 *
 * @example
 * const Account = lazyPart(() =>
 *   import('./account.tsx').then(({ Account }) => Account),
 * )
 */
export function lazyPart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  options: Options<Props> = {},
): ComponentType<Props> {
  const { loading = () => null, failed = () => <PartFailed /> } = options
  const Part: ComponentType<Props> = lazy(() => load().then((part) => ({ default: part })))
  return function LazyPart(props: Props) {
    return (
      <ErrorBoundary fallback={failed(props)}>
        <Suspense fallback={loading(props)}>
          <Part {...props} />
        </Suspense>
      </ErrorBoundary>
    )
  }
}
