import '@fontsource-variable/noto-sans-sc/index.css'
import './terminal.css'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'

createRoot(document.getElementById('root')!).render(<App />)
