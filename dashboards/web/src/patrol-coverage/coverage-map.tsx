import { BitmapLayer } from '@deck.gl/layers'
import { useEffect } from 'react'
import type { Coverage } from '../../../../proto/http.ts'
import { useScene } from '../map/map-view.tsx'
import { paintCells } from './paint.ts'

interface Props {
  answer: Coverage | undefined
  shares: ReadonlyMap<string, number>
}

/** The chosen grid's cells as one picture over the map; the other grids filled by their computed share. */
export function CoverageMap({ answer, shares }: Props) {
  const scene = useScene()

  useEffect(() => {
    if (!scene || !answer) return
    const { width, height, pixels, bounds } = paintCells(answer.cells)
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
  }, [scene, answer])

  useEffect(() => {
    if (!scene) return
    const others = new Map(shares)
    // The chosen grid shows its cells: a fill under them would change their colours.
    if (answer) others.delete(answer.grid)
    scene.setGridShares(others)
    return () => scene.setGridShares(new Map())
  }, [scene, shares, answer])

  return null
}
