import { useCallback, useMemo } from 'react'
import { useLocation } from 'wouter'
import { useSearch } from 'wouter/use-browser-location'

type Change = (before: URLSearchParams) => URLSearchParams

/**
 * What the address says behind its path, and how to change it. wouter's own `useSearchParams`
 * decodes it twice, so that it reads `C%2B%2B` as `C` and two blanks.
 */
export function useAddress(): [
  address: URLSearchParams,
  setAddress: (change: Change, options?: { replace?: boolean }) => void,
] {
  const search = useSearch()
  const [, navigate] = useLocation()
  const setAddress = useCallback(
    (change: Change, options?: { replace?: boolean }) => {
      const { pathname, search } = window.location
      const next = change(new URLSearchParams(search)).toString()
      navigate(`${pathname}${next && `?${next}`}`, options)
    },
    [navigate],
  )
  return [useMemo(() => new URLSearchParams(search), [search]), setAddress]
}
