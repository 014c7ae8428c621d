import { defineConfig } from 'vite'

// biome-ignore lint/style/noDefaultExport: vite asks for one
export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['@tickwire/source', 'module', 'browser', 'development|production'] },
  build: { target: 'es2022', chunkSizeWarningLimit: 2000 },
})
