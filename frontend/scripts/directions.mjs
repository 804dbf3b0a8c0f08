/**
 * Which folder may import which: app → features → canvas | api | ui → lib. Features do not import one another,
 * and canvas, api and ui do not either. All imports across folders are written `@/folder/file`.
 */
const BELOW = {
  app: ["features", "canvas", "api", "ui", "lib"],
  features: ["canvas", "api", "ui", "lib"],
  canvas: ["lib"],
  api: ["lib"],
  ui: ["lib"],
  lib: [],
};

export const directions = {
  meta: { type: "problem", schema: [], messages: { wrong: "{{what}}" } },
  create(context) {
    const [, top, feature] = /\/src\/([^/]+)\/(?:([^/]+)\/)?/.exec(context.filename.replaceAll("\\", "/")) ?? [];
    if (!(top in BELOW)) return {};
    function check(node) {
      const from = node.source?.value;
      if (typeof from !== "string") return;
      const wrong = (what) => context.report({ node, messageId: "wrong", data: { what } });
      if (from.startsWith("../")) wrong(`Write @/… instead of ${from}.`);
      if (!from.startsWith("@/")) return;
      const [folder, name] = from.slice(2).split("/");
      if (folder === top) {
        if (top === "features" && name !== feature) wrong(`The feature ${feature} may not import the feature ${name}.`);
      } else if (!BELOW[top].includes(folder)) wrong(`${top} may not import ${folder}.`);
    }
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};
