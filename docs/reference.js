const place = document.getElementById('reference')
// Redoc has no dark theme of its own; the page keeps to the light one, which its colours are made for.
globalThis.Redoc.init(place.dataset.contract, { disableSearch: false, hideDownloadButton: true, sanitize: true, theme: { colors: { primary: { main: '#0f766e' } }, typography: { fontFamily: 'system-ui, sans-serif', headings: { fontFamily: 'system-ui, sans-serif' } } } }, place)
