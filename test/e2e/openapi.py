"""conf/openapi.yaml says what the server does: the same routes, roles, parameters, answers and errors."""
import grp
import os
import unittest

import jsonschema
import yaml

from desk import Desk

ROOT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..")


def plain(node):
    """A schema of OpenAPI 3.0 as JSON Schema: `nullable` is its own word for null."""
    if isinstance(node, list):
        return [plain(n) for n in node]
    if not isinstance(node, dict):
        return node
    out = {k: plain(v) for k, v in node.items() if k not in ("nullable", "example")}
    return {"anyOf": [out, {"type": "null"}]} if node.get("nullable") else out


@unittest.skipIf(os.geteuid() != 0, "only root can become others")
class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(os.path.join(ROOT, "conf", "openapi.yaml"), encoding="utf-8") as f:
            cls.api = plain(yaml.safe_load(f))
        with open(os.path.join(ROOT, "conf", "openapi.yaml"), encoding="utf-8") as f:
            cls.examples = yaml.safe_load(f)["paths"]
        # Root sees and decides; who allows is another.
        cls.desk = Desk("--group", "users", "--role-group=authorise=games", "--role-group=keys=audio")
        cls.others = {role: {"user": 65534, "group": 65534, "extra_groups": [grp.getgrnam(g).gr_gid for g in ("users", group)]}
                      for role, group in (("authorise", "games"), ("keys", "audio"))}

    @classmethod
    def tearDownClass(cls):
        cls.desk.__exit__()

    def fits(self, value, schema):
        jsonschema.Draft7Validator({**schema, "components": self.api["components"]}).validate(value)

    def who(self, operation):
        return self.others.get(operation["x-roles"][0], {}) if len(operation["x-roles"]) == 1 else {}

    def operations(self):
        for path, methods in self.api["paths"].items():
            for method, operation in methods.items():
                yield path, method.upper(), operation

    def test_the_routes_are_those_of_the_server(self):
        table = {(r["method"], r["path"]): r for r in self.desk.curl("/v1")[1]["routes"]}
        self.assertEqual({(method, path) for path, method, _ in self.operations()}, set(table))
        for path, method, operation in self.operations():
            route = table[method, path]
            self.assertEqual((operation["summary"], operation["x-roles"]), (route["about"], route["roles"]))
            query = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
            self.assertEqual(query, route["query"].split(), path)

    def test_every_route_answers_as_it_says(self):
        seen = 0
        # What takes something away is asked last, one thing before all.
        for path, method, operation in sorted(self.operations(), key=lambda o: -len(o[0]) if o[1] == "DELETE" else -1000):
            place, query = path, []
            for p in self.examples[path][method.lower()].get("parameters", []):
                if p["in"] == "path":
                    place = place.replace("{" + p["name"] + "}", str(p["example"]))
                else:
                    query.append(f"{p['name']}={p['example']}")
            if method == "POST":
                body = self.examples[path]["post"]["requestBody"]["content"]["application/json"]
                status, answer = self.desk.post(place, body["example"], **self.who(operation))
            else:
                more = ["-X", method] if method != "GET" else []
                status, answer = self.desk.curl(place + ("?" + "&".join(query) if query else ""), *more, **self.who(operation))
            self.assertEqual(status, 200, (path, answer))
            for kind, content in operation["responses"]["200"]["content"].items():
                self.fits(answer, content["schema"])
                self.assertEqual(isinstance(answer, str), kind == "text/plain", path)
            seen += 1
        self.assertGreater(seen, 15)

    def test_bodies_hold_what_the_server_takes_and_no_more(self):
        for path, method, operation in self.operations():
            if method != "POST":
                continue
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            status, answer = self.desk.post(path, {**{name: None for name in schema["properties"]}, "no_such_field": 1},
                                            **self.who(operation))
            self.assertEqual((status, "no_such_field" in answer["error"]["reason"]), (400, True), (path, answer))

    def test_errors_have_the_shape_it_says(self):
        error = self.api["components"]["schemas"]["Error"]
        bad = {"text": "version: 1\ndefault: {level: red}\n"}
        answers = [self.desk.curl("/v1/nothing"), self.desk.curl("/v1/flows?colour=red"), self.desk.curl("/v1", "-X", "PUT"),
                   self.desk.post("/v1/policy", bad), self.desk.post("/v1/policy", {"text": "", "expect_generation": 999}),
                   self.desk.curl("/v1/policy", "-d", "text"), self.desk.curl("/v1/status", "-H", "Range: bytes=0-")]
        self.assertEqual([status for status, _ in answers], [404, 400, 405, 422, 409, 415, 400])
        for _, answer in answers:
            self.fits(answer, error)

    def test_the_page_for_people_names_every_route_and_code(self):
        with open(os.path.join(ROOT, "docs", "API.md"), encoding="utf-8") as f:
            page = f.read()
        for path, method, operation in self.operations():
            self.assertIn(f"| `{method} {path}` |", page)
            row = next(row for row in page.splitlines() if row.startswith(f"| `{method} {path}` |"))
            self.assertIn(operation["summary"], row)
        for code in self.api["components"]["schemas"]["Error"]["properties"]["error"]["properties"]["code"]["enum"]:
            self.assertIn(f"`{code}`", page)


if __name__ == "__main__":
    unittest.main()
