import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

import { directions } from "./scripts/directions.mjs";

export default tseslint.config(
  { ignores: ["src/api/wire.ts", "src/api/verbs.ts"] },
  ...tseslint.configs.strict.map((config) => ({ ...config, files: ["src/**/*.{ts,tsx}"] })),
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { "react-hooks": hooks, tilth: { rules: { directions } } },
    rules: {
      ...hooks.configs.recommended.rules,
      "tilth/directions": "error",
      "react-hooks/incompatible-library": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "no-restricted-syntax": ["error", { selector: "ExportDefaultDeclaration", message: "Use named exports." }],
    },
  },
);
