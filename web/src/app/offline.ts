const ADDRESS = '/sw.js'

/**
 * Has the browser keep the app, so that it opens without the network. The page's policy lets a
 * worker's address come from here only.
 */
export function installOffline(): void {
  const policy = window.trustedTypes?.createPolicy('sw', {
    createScriptURL: (address: string) => (address === ADDRESS ? address : ''),
  })
  // The app works without it, but for opening offline; a private window may refuse.
  void navigator.serviceWorker
    // As text it would not be trusted any more.
    ?.register((policy?.createScriptURL(ADDRESS) ?? ADDRESS) as string)
    .catch(() => {})
}
