import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react()],
  // A hub to work against while developing the page: `vite dashboards/web`, hub on its usual port.
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
  build: {
    // Fonts inlined as data: URLs would be refused by the hub's content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1600,
    rolldownOptions: {
      output: {
        // What changes with the page apart from what changes with its libraries, so that browsers keep the latter.
        codeSplitting: {
          groups: [
            { name: 'maplibre', test: /node_modules[\\/](maplibre-gl|@maplibre)[\\/]/, priority: 3 },
            {
              name: 'deck',
              test: /node_modules[\\/]@(deck\.gl|luma\.gl|loaders\.gl|math\.gl|probe\.gl)[\\/]/,
              priority: 2,
            },
            { name: 'ui', test: /node_modules[\\/]/, priority: 1 },
          ],
        },
      },
    },
  },
})
