import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { installOffline } from './shell/offline.ts'
import { followTheme } from './shell/theme.ts'
import './styles.css'

followTheme()
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
if (import.meta.env.PROD) window.addEventListener('load', installOffline)
