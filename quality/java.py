"""The two Java reasoners, run as `python -m quality.java profile|hermit FILE`; the last line printed is a JSON list.

Both lie in the HermiT.jar that owlready2 brings. OWLAPI's profile checker has no command line of its own, and a runtime
without compiler cannot be given one, so it is called through JPype.
"""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path


def jar() -> Path:
    """Where HermiT.jar lies."""
    spec = find_spec("owlready2")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("owlready2")
    return Path(spec.origin).parent / "hermit" / "HermiT.jar"


def profile(path: Path) -> list[str]:
    """What OWLAPI finds outside OWL 2 RL."""
    import jpype

    jpype.startJVM(classpath=[str(jar())])
    manager = jpype.JClass("org.semanticweb.owlapi.apibinding.OWLManager").createOWLOntologyManager()
    ontology = manager.loadOntologyFromOntologyDocument(jpype.JClass("java.io.File")(str(path)))
    report = jpype.JClass("org.semanticweb.owlapi.profiles.OWL2RLProfile")().checkOntology(ontology)
    return sorted(str(violation) for violation in report.getViolations())


def hermit(path: Path) -> list[str]:
    """The unsatisfiable classes; `["inconsistent"]` where nothing can be."""
    from owlready2 import OwlReadyInconsistentOntologyError, World, sync_reasoner_hermit

    world = World()
    world.get_ontology(path.as_uri()).load()
    try:
        sync_reasoner_hermit(world, debug=0)
    except OwlReadyInconsistentOntologyError:
        return ["inconsistent"]
    names = {each.iri for each in world.inconsistent_classes() if hasattr(each, "iri")}
    return sorted(names - {"http://www.w3.org/2002/07/owl#Nothing"})


if __name__ == "__main__":
    task, file = sys.argv[1:]
    found = {"profile": profile, "hermit": hermit}[task](Path(file))
    sys.stdout.write("\n" + json.dumps(found) + "\n")
