import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react()],
  // A gateway to work against while developing the page: `vite dashboards/terminal`, terminal on its usual port.
  server: { proxy: { '/api': 'http://127.0.0.1:8088' } },
  build: { assetsInlineLimit: 0 },
})
