import '@fontsource-variable/noto-sans-sc/index.css'
import 'maplibre-gl/dist/maplibre-gl.css'
import './app.css'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { createRoot } from 'react-dom/client'
import { HubError } from './api/hub-error.ts'
import { App } from './app.tsx'

setWorkerUrl(workerUrl)

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // What the hub refused or said wrongly it will not say better at once; an unreachable hub may come back.
      retry: (failures, error) =>
        failures < 2 && error instanceof HubError && error.failure === 'unreachable',
      refetchOnWindowFocus: false,
      staleTime: 5_000,
      // The hub may stand in a network that the browser believes to be offline.
      networkMode: 'always',
    },
  },
})

createRoot(document.getElementById('root')!).render(
  <QueryClientProvider client={client}>
    <App />
  </QueryClientProvider>,
)
