import { BitmapLayer } from '@deck.gl/layers'
import { useEffect } from 'react'
import { useScene } from '../map/map-view.tsx'
import type { AreaCells } from './bitmap.ts'
import { paintCells } from './paint.ts'

/** The grid's cells as one picture over the map. */
export function AreaMap({ cells }: { cells: AreaCells }) {
  const scene = useScene()
  useEffect(() => {
    if (!scene) return
    const { width, height, pixels, bounds } = paintCells(cells)
    scene.setLayers('coverage', [
      new BitmapLayer({
        id: 'coverage-cells',
        image: new ImageData(pixels, width, height),
        bounds,
        // Cells are areas, not samples: their edges stay sharp.
        textureParameters: { minFilter: 'linear', magFilter: 'nearest' },
      }),
    ])
    return () => scene.setLayers('coverage', [])
  }, [scene, cells])
  return null
}
