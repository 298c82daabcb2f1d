import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { installOffline } from './app/offline.ts'
import { followTheme } from './app/theme.ts'
import './styles.css'

followTheme()
createRoot(document.getElementById('root') ?? document.body).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
if (import.meta.env.PROD) window.addEventListener('load', installOffline)
